-- Routes as the file has them, with the types of aircraft that fly them.
SELECT airline, airline_id, origin, origin_id, destination, destination_id, stops, equipment
FROM source.routes
