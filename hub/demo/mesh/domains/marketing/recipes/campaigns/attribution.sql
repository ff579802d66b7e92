SELECT
    sessions.day,
    sessions.order_id,
    COALESCE(sessions.campaign, 'none') AS campaign,
    orders.total AS takings
FROM marketing.sessions AS sessions
LEFT JOIN sales.orders AS orders ON orders.order_id = sessions.order_id AND orders.day = {{ day }}
WHERE sessions.day = {{ day }} AND sessions.order_id IS NOT NULL
