SELECT
    campaign,
    CAST(day AS DATE) AS day,
    CAST(spend AS DECIMAL(10, 2)) AS spend
FROM source.spend
