SELECT
    {{ day }} AS day,
    CAST(REPLACE(CAST("date" AS VARCHAR), '/', '-') AS TIMESTAMP) AS departed_at,
    origin,
    destination,
    CAST(delay AS INTEGER) AS delay,
    CAST(distance AS INTEGER) AS distance
FROM source.flights
WHERE REPLACE(SUBSTR(CAST("date" AS VARCHAR), 1, 10), '/', '-') = CAST({{ day }} AS VARCHAR)
