from django.urls import path

from generation.views import collections, gallery, shares, studio

urlpatterns = [
    path("", studio.prompt, name="prompt"),
    path("jobs", studio.jobs, name="jobs"),
    path("jobs/<uuid:job_id>", studio.job, name="job"),
    path("jobs/<uuid:job_id>/state", studio.job_state, name="job_state"),
    path("jobs/<uuid:job_id>/cancel", studio.job_cancel, name="job_cancel"),
    path("jobs/<uuid:job_id>/seen", studio.job_seen, name="job_seen"),
    path("engine", studio.engine, name="engine"),
    path("history", studio.history, name="history"),
    path("pictures/<uuid:picture_id>", studio.picture, name="picture"),
    path("pictures/<uuid:picture_id>/file.png", studio.picture_file, name="picture_file"),
    path("pictures/<uuid:picture_id>/small.webp", studio.picture_small, name="picture_small"),
    # Collections
    path("collections", collections.collections, name="collections"),
    path("collections/<uuid:collection_id>", collections.collection, name="collection"),
    path("collections/<uuid:collection_id>/words", collections.collection_words, name="collection_words"),
    path("collections/<uuid:collection_id>/add", collections.collection_add, name="collection_add"),
    path("collections/<uuid:collection_id>/pictures", collections.collection_pictures, name="collection_pictures"),
    path(
        "collections/<uuid:collection_id>/pictures/<uuid:picture_id>/move",
        collections.collection_move,
        name="collection_move",
    ),
    path("collections/<uuid:collection_id>/put-back", collections.collection_put_back, name="collection_put_back"),
    path("collections/<uuid:collection_id>/delete", collections.collection_delete, name="collection_delete"),
    path("collections/<uuid:collection_id>/restore", collections.collection_restore, name="collection_restore"),
    path("pictures/<uuid:picture_id>/collections", collections.picture_collections, name="picture_collections"),
    # Sharing, by the owner and as strangers see it
    path("pictures/<uuid:picture_id>/share", shares.picture_share, name="picture_share"),
    path("collections/<uuid:collection_id>/share", shares.collection_share, name="collection_share"),
    path("s/<str:token>", shares.share, name="share"),
    path("s/<str:token>/like", shares.share_like, name="share_like"),
    path("s/<str:token>/report", shares.share_report, name="share_report"),
    path("s/<str:token>/<uuid:picture_id>", shares.shared_picture, name="shared_picture"),
    path("s/<str:token>/<uuid:picture_id>/file.png", shares.share_file, name="share_file"),
    path("s/<str:token>/<uuid:picture_id>/small.webp", shares.share_small, name="share_small"),
    path("s/<str:token>/<uuid:picture_id>/continue", shares.share_continue, name="share_continue"),
    path("gallery", gallery.gallery, name="gallery"),
    path("surprise", gallery.surprise, name="surprise"),
]
