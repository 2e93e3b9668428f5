"""What each field of the States Language is for, in a sentence for whoever writes a definition."""

import re

FIELDS = {
    "Arguments": "What the task or the branches are given: JSON with JSONata in {% %}.",
    "Assign": "Variables that later states read as $name: an object of names and values.",
    "BackoffRate": "What each interval is multiplied with for the next try; 2 when absent.",
    "BatchInput": "What every batch is given beside its items.",
    "Branches": "Scopes that run at the same time, each with StartAt and States.",
    "CSVDelimiter": "What stands between the fields of a CSV file.",
    "CSVHeaderLocation": "Where the names of a CSV file's columns are.",
    "CSVHeaders": "The names of a CSV file's columns.",
    "Catch": "Where to go on after errors that Retry did not take: the first catcher that matches counts.",
    "Cause": "Why it failed, for people.",
    "CausePath": "A path, or an intrinsic function, that gives the Cause.",
    "Choices": "Rules, of which the first that is true says where to go.",
    "Comment": "For people; nothing reads it.",
    "Condition": "JSONata in {% %} that gives true or false.",
    "Credentials": 'The role to call with: {"RoleArn": …}.',
    "Default": "The state to go to when no rule is true; without it that fails with States.NoChoiceMatched.",
    "End": "true: with this state its scope ends.",
    "Error": "The name of the error that the execution fails with.",
    "ErrorEquals": "Names of errors that this one takes; States.ALL takes all.",
    "ErrorPath": "A path, or an intrinsic function, that gives the Error.",
    "ExecutionType": "Of the executions of a distributed Map.",
    "HeartbeatSeconds": "The longest that the task may be silent; less than TimeoutSeconds.",
    "HeartbeatSecondsPath": "A path to HeartbeatSeconds.",
    "InputPath": "The part of the input that the state sees; null gives {}.",
    "InputType": "The format of the file that the items are read from.",
    "IntervalSeconds": "Seconds until the first retry; 1 when absent.",
    "ItemBatcher": "How many items an execution of a distributed Map is given.",
    "ItemProcessor": "What is done with each item: a scope with StartAt and States.",
    "ItemReader": "Where a distributed Map reads its items from.",
    "ItemSelector": "What each iteration is given; $$.Map.Item.Value or $states.context.Map.Item.Value is its item.",
    "Items": "JSONata that gives the array of items; the input when absent.",
    "ItemsPath": "A path to the array of items; the input when absent.",
    "ItemsPointer": "A JSON pointer to the array within the file.",
    "Iterator": "The old name of ItemProcessor.",
    "JitterStrategy": "FULL: each interval is drawn between 0 and what it would be.",
    "Label": "Names the Map Runs of a distributed Map.",
    "ManifestType": "The kind of manifest that lists the files.",
    "MaxAttempts": "How often to try again; 3 when absent, 0 for never.",
    "MaxConcurrency": "The most iterations at one time; 0 for as many as there may be.",
    "MaxConcurrencyPath": "A path to MaxConcurrency.",
    "MaxDelaySeconds": "The longest interval between two tries.",
    "MaxInputBytesPerBatch": "The most bytes of a batch.",
    "MaxInputBytesPerBatchPath": "A path to MaxInputBytesPerBatch.",
    "MaxItems": "The most items that are read.",
    "MaxItemsPath": "A path to MaxItems.",
    "MaxItemsPerBatch": "The most items of a batch.",
    "MaxItemsPerBatchPath": "A path to MaxItemsPerBatch.",
    "Mode": "INLINE: the items run within this execution. DISTRIBUTED: in executions of their own.",
    "Next": "The state that follows.",
    "Output": "What comes out of the state: JSON with JSONata in {% %}.",
    "OutputPath": "The part of the result that goes on; null gives {}.",
    "OutputType": "The format of the results' files.",
    "Parameters": "What the task, the branches or the iterations are given: names that end in .$ have paths.",
    "ProcessorConfig": "Whether a Map is INLINE or DISTRIBUTED.",
    "QueryLanguage": "What expressions are written in, here and within; JSONPath when absent.",
    "ReaderConfig": "How the items are read.",
    "Resource": "What is called: a function's or an activity's ARN, or arn:aws:states:::SERVICE:ACTION.",
    "Result": "What comes out of a Pass state instead of its input.",
    "ResultPath": "Where in the input the result is put; null drops it, $ (when absent) replaces the input.",
    "ResultSelector": "What is made of the result before ResultPath: names that end in .$ have paths.",
    "ResultWriter": "Where a distributed Map writes its results.",
    "Retry": "Which errors are worth another try, how often and when: the first retrier that matches counts.",
    "Seconds": "How long to wait.",
    "SecondsPath": "A path to the seconds to wait.",
    "StartAt": "The state to begin with.",
    "States": "The states by name; a name is unique in the whole definition.",
    "TimeoutSeconds": "The longest that it may take; then it fails with States.Timeout.",
    "TimeoutSecondsPath": "A path to TimeoutSeconds.",
    "Timestamp": "When to go on: a moment as in 2030-01-31T12:00:00Z.",
    "TimestampPath": "A path to the moment to wait for.",
    "ToleratedFailureCount": "How many items may fail until the Map fails.",
    "ToleratedFailureCountPath": "A path to ToleratedFailureCount.",
    "ToleratedFailurePercentage": "How many of 100 items may fail until the Map fails.",
    "ToleratedFailurePercentagePath": "A path to ToleratedFailurePercentage.",
    "Transformation": "What is done with the items, or with the results, in files.",
    "Type": "What the state does.",
    "Variable": "A path to the value that is compared.",
    "Version": "Of the States Language: 1.0.",
    "WriterConfig": "How the results are written.",
    "And": "True when all of these rules are.",
    "Or": "True when one of these rules is.",
    "Not": "True when this rule is not.",
    "IsPresent": "Whether there is something at Variable's path.",
    "StringMatches": "Compares with a text in which * stands for any characters.",
}

_NOUNS = {"numeric": "number", "string": "text"}
_COMPARED = {
    "equals": "equal to",
    "greater than equals": "greater than or equal to",
    "less than equals": "less than or equal to",
}
_WORDS = re.compile(r"[A-Z][a-z]+")


def told_of(field: str) -> str:
    """The sentence for a field; an operator's name tells it."""
    if field in FIELDS:
        return FIELDS[field]
    words = [word.lower() for word in _WORDS.findall(field)]
    if words[0] == "is":
        return f"Whether Variable's value is {'null' if words[1] == 'null' else f'a {_NOUNS.get(words[1], words[1])}'}."
    kind, *comparison = (word for word in words if word != "path")
    noun, how = _NOUNS.get(kind, kind), " ".join(comparison)
    other = "the one at this path" if field.endswith("Path") else "this one"
    return f"Whether Variable's value is a {noun} {_COMPARED.get(how, how)} {other}."
