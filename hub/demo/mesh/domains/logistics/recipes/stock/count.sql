SELECT
    product_id,
    warehouse,
    CAST(on_hand AS INTEGER) AS on_hand,
    CAST(reserved AS INTEGER) AS reserved,
    CAST(counted_at AS TIMESTAMP) AS counted_at
FROM source.count
