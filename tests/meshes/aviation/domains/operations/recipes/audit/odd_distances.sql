-- Pairs of airports that lie at different distances on different days.
SELECT origin, destination, MIN(distance) AS least, MAX(distance) AS greatest
FROM operations.flights
GROUP BY origin, destination
HAVING MIN(distance) <> MAX(distance)
