SELECT
    store_id,
    name,
    country,
    postcode,
    CAST(opened_on AS DATE) AS opened_on,
    store_id = 'WEB' AS is_web
FROM source.shops
