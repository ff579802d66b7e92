WITH visits AS (
    SELECT campaign, COUNT(*) AS visits
    FROM marketing.sessions
    WHERE day = {{ day }} AND campaign IS NOT NULL
    GROUP BY campaign
),
won AS (
    SELECT campaign, COUNT(*) AS orders, SUM(takings) AS takings
    FROM marketing.attribution
    WHERE day = {{ day }}
    GROUP BY campaign
)
SELECT
    CAST({{ day }} AS DATE) AS day,
    visits.campaign,
    visits.visits,
    COALESCE(won.orders, 0) AS orders,
    COALESCE(won.takings, 0) AS takings,
    spend.spend,
    ROUND(CAST(spend.spend AS DOUBLE) / NULLIF(won.orders, 0), 2) AS cost_of_an_order
FROM visits
JOIN marketing.spend AS spend ON spend.campaign = visits.campaign AND spend.day = {{ day }}
LEFT JOIN won ON won.campaign = visits.campaign
