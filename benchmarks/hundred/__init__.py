"""A log of a hundred million events, made in parts, and what each stage of willbuy takes for it."""
