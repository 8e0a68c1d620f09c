"""A command of willbuy as a Spark job: the driver that `spark-submit` starts, with its master and its settings.

    spark-submit --master yarn scripts/spark_job.py train --shop shop.toml

Everything after the script is the command line of `willbuy`. The shop file says `[storage] engine = "spark"`; its
`master` and `[storage.spark]` give way to what `spark-submit` was told. See docs/spark.md.
"""

from willbuy.cli import main

if __name__ == "__main__":
    main()
