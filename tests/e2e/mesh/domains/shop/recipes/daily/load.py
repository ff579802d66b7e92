def run(context):
    count = context.values["rows"]
    context.log(f"making up {count} orders")
    rows = [{"order_id": n, "customer": f"C-{n % 9}", "price": 10 + n % 7} for n in range(count)]
    context.write("shop.raw", rows)
