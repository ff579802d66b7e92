SELECT order_id, customer, price FROM shop.raw WHERE price > 0
