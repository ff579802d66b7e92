-- One row a day, written as people write days.
SELECT
    CAST(day AS VARCHAR) AS day_in_words,
    day,
    COUNT(*) AS flights,
    SUM(CASE WHEN delay > 15 THEN 1 ELSE 0 END) AS late,
    SUM(CASE WHEN delay > 15 THEN 0 ELSE 1 END) AS in_time
FROM operations.flights
GROUP BY day
