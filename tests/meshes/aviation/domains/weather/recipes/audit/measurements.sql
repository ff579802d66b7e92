-- All that the stations measured, and until when each measurement holds.
SELECT
    origin AS station,
    CAST(REPLACE(REPLACE(CAST(time_hour AS VARCHAR), 'T', ' '), 'Z', '') AS TIMESTAMP) AS measured_at,
    CAST(REPLACE(REPLACE(CAST(time_hour AS VARCHAR), 'T', ' '), 'Z', '') AS TIMESTAMP) + INTERVAL '1' HOUR AS ends_at,
    CAST(temp AS DOUBLE) AS temperature,
    CAST(dewp AS DOUBLE) AS dew_point,
    CAST(humid AS DOUBLE) AS humidity,
    CAST(wind_dir AS INTEGER) AS wind_direction,
    CAST(visib AS DOUBLE) AS visibility,
    CAST(pressure AS DOUBLE) AS pressure
FROM source.weather
