SELECT day, origin AS airport, COUNT(*) AS departures, AVG(delay) AS mean_delay
FROM operations.flights
WHERE day = {{ day }}
GROUP BY day, origin
