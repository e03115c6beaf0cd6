DROP TABLE st_jude_cleaning_tasks;
DROP TABLE st_jude_skills;
