"""Merge requests: opened, looked at, agreed to, built, merged. Every writer of them is here; gates are asked in `merge`.

open_request(source, target, *, title, intent="", by, now, unplanned=False, mends=None) -> MergeRequest
refresh(request, *, now) -> MergeRequest            look at the newest revisions; events for what moved or is void
approve(request, *, by, now, tests_removed=False, note="") -> Approval
ask_for_changes(request, *, note, by, now) -> Approval
comment(request, text, *, by, now, path="", line=None) -> Comment
resolve(request, path, resolution | None, *, by, now) -> MergeRequest
withdraw(request, *, by, now) -> MergeRequest
start_candidate(request, *, by, now) -> MergeRequest
candidate_settled(request_id, *, green, note, now, candidate_id=None) -> bool
merge(request, *, by, now) -> Revision
merge_when_green(request, wanted, *, by, now) -> MergeRequest
merge_down(kitchen, *, by, now, resolutions=None) -> Revision
roll_back(kitchen, to, *, by, now, note="", overrides=False) -> Revision
"""
