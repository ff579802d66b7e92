SELECT
    CAST({{ week_ends }} AS DATE) AS week_ends,
    store_id,
    COUNT(*) AS days,
    SUM(net) AS net,
    SUM(goods) AS goods,
    SUM(delivery) AS delivery,
    SUM(margin) AS margin
FROM finance.margins
WHERE day > {{ week_ends }} - 7 AND day <= {{ week_ends }}
GROUP BY store_id
