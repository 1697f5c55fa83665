from django.urls import path

from generation import views

urlpatterns = [
    path("", views.prompt, name="prompt"),
    path("jobs", views.jobs, name="jobs"),
    path("jobs/<uuid:job_id>", views.job, name="job"),
    path("jobs/<uuid:job_id>/state", views.job_state, name="job_state"),
    path("jobs/<uuid:job_id>/cancel", views.job_cancel, name="job_cancel"),
    path("jobs/<uuid:job_id>/seen", views.job_seen, name="job_seen"),
    path("engine", views.engine, name="engine"),
    path("history", views.history, name="history"),
    path("pictures/<uuid:picture_id>", views.picture, name="picture"),
    path("pictures/<uuid:picture_id>/file.png", views.picture_file, name="picture_file"),
    path("pictures/<uuid:picture_id>/small.webp", views.picture_small, name="picture_small"),
]
