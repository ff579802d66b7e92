SELECT
    CAST({{ day }} AS DATE) AS day,
    customer_group,
    COUNT(*) AS customers
FROM marketing.audience
GROUP BY customer_group
