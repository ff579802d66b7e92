SELECT there.airline, there.origin, there.destination
FROM network.routes AS there
LEFT JOIN network.routes AS back
    ON back.airline = there.airline AND back.origin = there.destination AND back.destination = there.origin
WHERE back.airline IS NULL
