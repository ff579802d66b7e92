SELECT COUNT(*) AS days, SUM(flights) AS flights, SUM(late) AS late, {{ days_wanted }} AS wanted
FROM operations.delays
