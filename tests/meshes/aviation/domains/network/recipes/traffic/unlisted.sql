-- Pairs that were flown in 2008 and that the list of routes does not have.
SELECT pairs.origin, pairs.destination, pairs.flights
FROM network.traffic_2008 AS pairs
LEFT JOIN (SELECT DISTINCT origin, destination FROM network.routes) AS routes
    ON routes.origin = pairs.origin AND routes.destination = pairs.destination
WHERE routes.origin IS NULL
