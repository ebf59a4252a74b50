"""What every long list has around it: filter, builder, saved filters, count, columns, export."""
