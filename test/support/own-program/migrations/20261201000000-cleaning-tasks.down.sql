DROP TABLE own_cleaning_tasks;
