SELECT
    session AS session_id,
    CAST(day AS DATE) AS day,
    country,
    CAST(pages AS INTEGER) AS pages,
    CAST(seconds AS INTEGER) AS seconds,
    order_id,
    utm_campaign AS campaign
FROM source.sessions
