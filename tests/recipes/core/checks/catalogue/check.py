def check(context):
    known = {row["plane"] for row in context.read("reference.planes")}
    rows = list(context.read())
    wrong = [row for row in rows if row["plane"] not in known]
    context.log("planes known:", len(known), "from", context.values["first"])
    return context.failing(
        len(wrong),
        of=len(rows),
        said=f"{len(wrong)} legs by planes unknown to {context.given['who']}.",
        rows=wrong,
    )
