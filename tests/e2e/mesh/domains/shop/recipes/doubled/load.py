def run(context):
    rows = [{"parcel": f"P-{n:03}"} for n in range(30)]
    context.write("shop.doubled", rows + rows[:4])
