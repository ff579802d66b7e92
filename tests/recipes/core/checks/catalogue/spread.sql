SELECT max(fare) - min(fare) AS spread
FROM flights.legs
WHERE day >= {{ first }}
