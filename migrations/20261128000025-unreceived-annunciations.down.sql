DROP INDEX annunciations_unreceived;
