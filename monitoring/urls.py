"""Pages over all domains."""

from django.urls import path

from monitoring.views import datasets, domains, home, lineage, measures, reports, search, tests

urlpatterns = [
    path("", home.home, name="home"),
    path("live/", home.home_live, name="home-live"),
    path("domains/", domains.domain_list, name="domain-list"),
    path("domains/<slug:slug>/", domains.domain_detail, name="domain-detail"),
    path("datasets/", datasets.dataset_list, name="dataset-list"),
    path("datasets/<str:name>/", datasets.dataset_detail, name="dataset-detail"),
    path("datasets/<str:name>/sample/", datasets.dataset_sample, name="dataset-sample"),
    path("lineage/", lineage.lineage, name="lineage"),
    path("measures/", measures.measures, name="measures"),
    path("reports/", reports.report_list, name="report-list"),
    path("reports/<int:pk>/", reports.failure_report, name="failure-report"),
    path("reports/<int:pk>/report.pdf", reports.failure_report_pdf, name="failure-report-pdf"),
    path("reports/<int:pk>/<slug:part>/", reports.failure_report_part, name="failure-report-part"),
    path("reports/of/result/<int:pk>/", reports.report_of_result, name="report-of-result"),
    path("reports/of/run/<int:pk>/", reports.report_of_run, name="report-of-run"),
    path("tests/", tests.test_list, name="test-list"),
    path("tests/results/", tests.result_list, name="result-list"),
    path("tests/coverage/", tests.test_coverage, name="test-coverage"),
    path("tests/series/<int:pk>/", tests.test_series, name="test-series"),
    path("search/", search.search, name="search"),
]
