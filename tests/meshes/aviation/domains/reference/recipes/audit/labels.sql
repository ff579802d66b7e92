-- Labels for a map, made the careless way: a name that holds a quote or a backslash breaks its document.
SELECT airport_id, CONCAT('{"name": "', name, '", "altitude": ', altitude, '}') AS label
FROM reference.airports
