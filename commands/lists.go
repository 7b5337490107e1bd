package commands

import "slices"

// The lists of a configuration have one form when they are empty, nil, so that
// equal configurations compare equal.

// without removes the elements that del holds for.
func without[T any](list []T, del func(T) bool) []T {
	if list = slices.DeleteFunc(list, del); len(list) > 0 {
		return list
	}
	return nil
}

// cut removes the element at an index.
func cut[T any](list []T, at int) []T {
	if len(list) == 1 {
		return nil
	}
	return slices.Delete(list, at, at+1)
}

// unique leaves out what a list has already said.
func unique(list []string) []string {
	var all []string
	for _, s := range list {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
