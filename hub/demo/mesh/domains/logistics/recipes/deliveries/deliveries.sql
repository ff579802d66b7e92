SELECT
    parcels.parcel_id,
    parcels.order_id,
    parcels.day,
    parcels.courier,
    parcels.in_time,
    parcels.charge,
    orders.store_id,
    orders.day AS ordered_on,
    CAST(DATE_DIFF('minute', orders.ordered_at, parcels.delivered_at) AS DOUBLE) / 60 AS hours_under_way
FROM logistics.parcels AS parcels
JOIN sales.orders AS orders ON orders.order_id = parcels.order_id
WHERE parcels.day = {{ day }}
