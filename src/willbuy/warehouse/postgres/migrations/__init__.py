"""What makes a shop's schema what this willbuy expects: one file a step in `versions/`, plain SQL, run by alembic."""
