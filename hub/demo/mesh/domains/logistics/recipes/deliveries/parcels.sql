SELECT
    parcel AS parcel_id,
    "order" AS order_id,
    CAST(delivered_at AS DATE) AS day,
    courier,
    CAST(delivered_at AS TIMESTAMP) AS delivered_at,
    in_time,
    CAST(weight_kg AS DOUBLE) AS weight_kg,
    CAST(charge AS DECIMAL(8, 2)) AS charge
FROM source.parcels
