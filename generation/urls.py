from django.urls import path

from generation.views import pictures, studio, uploads

urlpatterns = [
    path("", studio.prompt, name="prompt"),
    path("jobs", studio.jobs, name="jobs"),
    path("jobs/<uuid:job_id>", studio.job, name="job"),
    path("jobs/<uuid:job_id>/state", studio.job_state, name="job_state"),
    path("jobs/<uuid:job_id>/cancel", studio.job_cancel, name="job_cancel"),
    path("jobs/<uuid:job_id>/seen", studio.job_seen, name="job_seen"),
    path("engine", studio.engine, name="engine"),
    path("history", studio.history, name="history"),
    path("pictures/trash", pictures.trash, name="pictures_trash"),
    path("pictures/restore", pictures.restore, name="pictures_restore"),
    path("pictures/<uuid:picture_id>", pictures.picture, name="picture"),
    path("pictures/<uuid:picture_id>/file.png", pictures.picture_file, name="picture_file"),
    path("pictures/<uuid:picture_id>/lineage", pictures.lineage, name="picture_lineage"),
    path("pictures/<uuid:picture_id>/favourite", pictures.favourite, {"on": True}, name="picture_favourite"),
    path("pictures/<uuid:picture_id>/unfavourite", pictures.favourite, {"on": False}, name="picture_unfavourite"),
    path("pictures/<uuid:picture_id>/keep", pictures.keep, {"on": True}, name="picture_keep"),
    path("pictures/<uuid:picture_id>/unkeep", pictures.keep, {"on": False}, name="picture_unkeep"),
    path("stored/<int:hour>/<str:signature>/<path:name>", pictures.stored, name="stored"),
    path("uploads", uploads.uploads, name="uploads"),
    path("uploads/<uuid:upload_id>", uploads.upload, name="upload"),
    path("uploads/<uuid:upload_id>/file.png", uploads.upload_file, name="upload_file"),
    path("uploads/<uuid:upload_id>/trash", uploads.upload_trash, name="upload_trash"),
    path("uploads/<uuid:upload_id>/restore", uploads.upload_restore, name="upload_restore"),
]
