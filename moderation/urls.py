from django.urls import path

from moderation.views import people, queue, records

urlpatterns = [
    # Moderators: before the Django admin, whose sign-in they share
    path("admin/review/", queue.review, name="review"),
    path("admin/review/<int:case_id>", queue.case, name="review_case"),
    path("admin/review/<int:case_id>/decide", queue.decide, name="review_decide"),
    path("admin/review/<int:case_id>/answer", queue.answer, name="review_answer"),
    path("admin/review/<int:case_id>/second/<int:decision_id>", queue.second, name="review_confirm"),
    path("admin/review/<int:case_id>/release", queue.release, name="review_release"),
    path("admin/review/<int:case_id>/hand-over", queue.hand_over, name="review_hand_over"),
    path("admin/review/<int:case_id>/here", queue.here, name="review_here"),
    path("admin/review/<int:case_id>/note", queue.note, name="review_note"),
    path("admin/review/<int:case_id>/together", queue.together, name="review_together"),
    path("admin/review/<int:case_id>/pictures/<int:place>", queue.picture, name="review_picture"),
    path("admin/review/decisions/<int:decision_id>/undo", queue.undo, name="review_undo"),
    path("admin/review/batches/<uuid:batch>/undo", queue.undo_many, name="review_undo_many"),
    path("admin/review/preferences", queue.preferences, name="review_preferences"),
    path("admin/review/second", records.second_look, name="review_second"),
    path("admin/review/log", records.audit, name="review_log"),
    path("admin/review/log.csv", records.audit_file, name="review_log_file"),
    path("admin/review/figures", records.figures, name="review_figures"),
    # Everybody
    path("policy", people.policy, name="policy"),
    path("appeals/<str:kind>/<uuid:subject>", people.appeal, name="appeal"),
    path("appeals/decisions/<int:decision_id>", people.appeal_decision, name="appeal_decision"),
    path("appeals/letter/<str:token>", people.appeal_by_letter, name="appeal_by_letter"),
    path("artists/opt-out", people.opt_out, name="opt_out"),
    path("artists/opt-out/<str:token>", people.opt_out_confirm, name="opt_out_confirm"),
]
