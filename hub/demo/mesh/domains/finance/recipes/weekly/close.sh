# Says in the log which week is closed, and keeps the number of the week as a measure.
echo "The week to ${HUB_VALUE_WEEK_ENDS} is closed."
echo "week=$(date -d "${HUB_VALUE_WEEK_ENDS}" +%V)" >> "${HUB_MEASURES}"
