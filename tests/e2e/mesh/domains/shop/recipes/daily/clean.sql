SELECT order_id, price FROM shop.raw WHERE price > 0
