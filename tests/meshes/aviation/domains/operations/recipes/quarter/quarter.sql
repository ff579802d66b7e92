SELECT COUNT(*) AS days, SUM(flights) AS flights, SUM(late) AS late
FROM operations.delays
