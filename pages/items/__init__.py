"""这是什么垃圾: the public look-up of everyday things."""
