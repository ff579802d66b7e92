SELECT
    station,
    local_day,
    COUNT(*) AS hours,
    AVG(temperature) AS mean_temperature,
    MAX(wind_speed) AS strongest_wind,
    SUM(rain) AS rain
FROM weather.hours
GROUP BY station, local_day
