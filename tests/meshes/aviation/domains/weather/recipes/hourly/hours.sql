SELECT
    origin AS station,
    CAST(CONCAT(year, '-', LPAD(CAST(month AS VARCHAR), 2, '0'), '-', LPAD(CAST(day AS VARCHAR), 2, '0')) AS DATE)
        AS local_day,
    CAST(hour AS INTEGER) AS local_hour,
    CAST(REPLACE(REPLACE(CAST(time_hour AS VARCHAR), 'T', ' '), 'Z', '') AS TIMESTAMP) AS measured_at,
    CAST(temp AS DOUBLE) AS temperature,
    CAST(wind_speed AS DOUBLE) AS wind_speed,
    CAST(wind_gust AS DOUBLE) AS wind_gust,
    CAST(precip AS DOUBLE) AS rain,
    CAST(pressure AS DOUBLE) AS pressure
FROM source.weather
