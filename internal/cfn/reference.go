package cfn

// LogicalID returns the logical id of the resource that value refers to by Ref or by its Arn, or ""
// for anything else.
func LogicalID(value any) string {
	if id, ok := At(value, "Ref").(string); ok {
		return id
	}
	if At(value, "Fn::GetAtt", 1) == "Arn" {
		id, _ := At(value, "Fn::GetAtt", 0).(string)
		return id
	}
	return ""
}

// LogicalIDs returns the logical ids of all that value refers to by Ref or Fn::GetAtt, at any
// depth.
func LogicalIDs(value any) map[string]bool {
	found := map[string]bool{}
	addLogicalIDs(value, found)
	return found
}

func addLogicalIDs(value any, found map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		if id, ok := value["Ref"].(string); ok {
			found[id] = true
		}
		if id, ok := At(value, "Fn::GetAtt", 0).(string); ok {
			found[id] = true
		}
		for _, inner := range value {
			addLogicalIDs(inner, found)
		}
	case []any:
		for _, inner := range value {
			addLogicalIDs(inner, found)
		}
	}
}

// At walks into objects by name and into lists by index, and returns nil where there is nothing.
func At(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}
