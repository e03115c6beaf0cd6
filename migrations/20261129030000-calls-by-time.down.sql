DROP INDEX calls_placed;
