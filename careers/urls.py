from django.urls import path

from careers.views import (
    alerts,
    applications,
    board,
    candidates,
    employer_postings,
    employers,
    imports,
    jobs,
)

app_name = "careers"

_manage = "employers/<slug:slug>/manage/"

urlpatterns = [
    # The board
    path("", board.job_list, name="job_list"),
    path("feed.rss", board.job_rss, name="job_rss"),
    path("feed.atom", board.job_atom, name="job_atom"),
    path("jobs/<int:pk>/", jobs.job_short, name="job_short"),
    path("jobs/<int:pk>-<slug:slug>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/card.png", jobs.job_card, name="job_card"),
    path("jobs/<int:pk>/save/", jobs.job_save, name="job_save"),
    path("jobs/<int:pk>/report/", jobs.job_report, name="job_report"),
    path("jobs/<int:pk>/apply/", applications.job_apply, name="job_apply"),
    # Employers
    path("employers/", employers.employer_list, name="employer_list"),
    path("employers/new/", employers.employer_create, name="employer_create"),
    path("employers/join/<slug:token>/", employers.invitation_accept, name="invitation_accept"),
    path("employers/<slug:slug>/", employers.employer_detail, name="employer_detail"),
    path("employers/<slug:slug>/logo.png", employers.employer_logo, name="employer_logo"),
    path(_manage, employer_postings.dashboard, name="dashboard"),
    path(f"{_manage}profile/", employers.employer_edit, name="employer_edit"),
    path(f"{_manage}members/", employers.member_list, name="member_list"),
    path(f"{_manage}members/<int:pk>/", employers.member_change, name="member_change"),
    path(f"{_manage}verify/", employers.employer_verify, name="employer_verify"),
    path(f"{_manage}postings/new/", employer_postings.posting_create, name="posting_create"),
    path(f"{_manage}postings/<int:pk>/", employer_postings.posting_edit, name="posting_edit"),
    path(f"{_manage}postings/<int:pk>/step/", employer_postings.posting_step, name="posting_step"),
    path(
        f"{_manage}postings/<int:pk>/again/", employer_postings.posting_again, name="posting_again"
    ),
    path(
        f"{_manage}postings/<int:pk>/applications/",
        applications.application_list,
        name="application_list",
    ),
    path(f"{_manage}import/", imports.import_list, name="import_list"),
    path(f"{_manage}import/example.csv", imports.example_csv, name="import_example"),
    path(f"{_manage}import/feeds/<int:pk>/", imports.feed_change, name="feed_change"),
    # Candidates
    path("my/", candidates.candidate_home, name="candidate_home"),
    path("my/profile/", candidates.profile_edit, name="profile_edit"),
    path("my/resumes/<uuid:key>/", candidates.resume_download, name="resume_download"),
    path("my/resumes/<uuid:key>/remove/", candidates.resume_remove, name="resume_remove"),
    path("my/delete/", candidates.candidate_delete, name="candidate_delete"),
    path("applications/<uuid:key>/", applications.application_detail, name="application_detail"),
    path(
        "applications/<uuid:key>/resume/",
        applications.application_resume,
        name="application_resume",
    ),
    path(
        "applications/<uuid:key>/status/",
        applications.application_status,
        name="application_status",
    ),
    path(
        "applications/<uuid:key>/withdraw/",
        applications.application_withdraw,
        name="application_withdraw",
    ),
    # Saved searches and their mails
    path("searches/", alerts.search_save, name="search_save"),
    path("searches/<uuid:key>/", alerts.search_change, name="search_change"),
    path("alerts/<uuid:key>/stop/", alerts.alert_stop, name="alert_stop"),
]
