echo "ran" >> "${HUB_VALUE_COUNTER}"
printf 'mark,attempt\n1,%s\n' "${HUB_ATTEMPT}" > "${HUB_OUTPUTS}/operations.quarter_marks.csv"
