# What earlier versions called otherwise.

moved {
  from = aws_sns_topic.alerts
  to   = aws_sns_topic.alerts[0]
}

moved {
  from = aws_sns_topic_policy.alerts
  to   = aws_sns_topic_policy.alerts[0]
}
