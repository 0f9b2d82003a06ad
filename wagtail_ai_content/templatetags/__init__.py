"""Template tags: ``wagtail_ai_content_tags`` for a site's own templates, the others for the admin's."""
