"""The Step Functions wire protocol: AWS JSON in, operations, AWS JSON out."""
